package kit

import (
	"fyne.io/fyne/v2"
)

// Field is an input with its label above and, below it, a hint or what is wrong
// with it: then its border is red too.
type Field struct {
	box   *fyne.Container
	frame *Box
	label *Text
	hint  *Text
	help  string
	error string
	input fyne.CanvasObject
}

// NewField puts a label over an input. hint may be empty.
func NewField(label, hint string, input fyne.CanvasObject) *Field {
	f := &Field{input: input, label: Muted(label), help: hint, frame: NewBox("", ColorDanger, 5), hint: Muted(hint)}
	f.frame.Hide()
	f.hint.Hidden = hint == ""
	f.box = Column(4, f.label, Over(input, f.frame), f.hint)
	return f
}

// Object gives the field for a layout.
func (f *Field) Object() fyne.CanvasObject { return f.box }

// SetError shows what is wrong with the input, or the hint again for "".
func (f *Field) SetError(text string) {
	if f.error == text {
		return
	}
	f.error = text
	f.show()
}

// SetHint changes the hint.
func (f *Field) SetHint(text string) {
	if f.help == text {
		return
	}
	f.help = text
	f.show()
}

func (f *Field) show() {
	if f.error == "" {
		f.hint.Set(Span{Text: f.help, Size: SizeSmall, Color: ColorMuted})
	} else {
		f.hint.Set(Span{Text: f.error, Size: SizeSmall, Color: ColorDanger})
	}
	f.hint.Hidden = f.hint.String() == ""
	f.frame.Hidden = f.error == ""
	f.box.Refresh()
}

// Error gives what is shown as wrong.
func (f *Field) Error() string { return f.error }

// SetLabel changes the label.
func (f *Field) SetLabel(text string) {
	f.label.SetText(text)
	f.box.Refresh()
}
