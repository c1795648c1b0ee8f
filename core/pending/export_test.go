package pending

// Judge and Harmless are judge and harmless for tests.
var (
	Judge    = judge
	Harmless = harmless
)

// SetRare changes up to how many rows of an operation its keys are fetched.
func (r *Reader) SetRare(n int64) { r.rareMost = n }
