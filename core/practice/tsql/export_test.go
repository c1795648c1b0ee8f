package tsql

// Statement is a row of the statement table for tests outside of the package.
type Statement struct {
	SQL, Want string
	Err       int32
}

// PortableStatements are the rows which every SQL Server answers alike.
func PortableStatements() []Statement {
	var out []Statement
	for _, s := range statements {
		if !s.own {
			out = append(out, Statement{s.sql, s.want, s.err})
		}
	}
	return out
}
