package sample

import "testing"

func TestRowsAgreeWithColumns(t *testing.T) {
	d := New(Default())
	for table := range d.Tables() {
		n := int64(0)
		for row := range table.All() {
			n++
			if len(row) != len(table.Columns) {
				t.Fatalf("%s: row of %d values for %d columns", table.Name, len(row), len(table.Columns))
			}
			for i, c := range table.Columns {
				if err := fits(row[i], c); err != nil {
					t.Fatalf("%s.%s, row %d: %v", table.Name, c.Name, n, err)
				}
			}
		}
		if n == 0 {
			t.Errorf("%s is empty", table.Name)
		}
		if want, ok := d.Truth().Rows[table.Name]; ok && want != n {
			t.Errorf("%s: %d rows, the truth says %d", table.Name, n, want)
		}
	}
}
