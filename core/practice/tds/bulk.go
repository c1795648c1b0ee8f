package tds

import "context"

// bulk runs a bulk load: COLMETADATA, ROW tokens and DONE from the client, read
// as the backend asks for them ([MS-TDS] 2.2.6.1).
func (c *conn) bulk(ctx context.Context, m *message, r *results) error {
	d := newDecoder(m, c.server.config.MaxRequest)
	columns, types := readBulkColumns(d)
	if d.err != nil {
		return bulkError(d.err)
	}
	next := func() ([]any, bool, error) {
		if err := r.alive(); err != nil {
			return nil, false, err
		}
		row, more := readBulkRow(d, types)
		if d.err != nil {
			return nil, false, bulkError(d.err)
		}
		return row, more, nil
	}
	rows, err := c.session.BulkLoad(ctx, columns, next)
	if err != nil {
		return err
	}
	return r.Done(rows, true)
}

// bulkError is SQL Server's answer to a bulk load that breaks off or cannot be read.
func bulkError(err error) error {
	return &ServerError{
		Number: 4804, Class: 21, State: 1,
		Message: "While reading current row from host, a premature end-of-message was encountered--an incoming data stream was interrupted when the server expected to see more data. " + err.Error(),
	}
}

func readBulkColumns(d *decoder) ([]Column, []wireType) {
	if token := d.u8(); d.err == nil && token != tokenColumns {
		d.fail("token %#02x where columns were due", token)
	}
	count := int(d.u16())
	if d.err == nil && (count == 0 || count > maxColumns) {
		d.fail("%d columns", count)
	}
	var columns []Column
	var types []wireType
	for range count {
		if d.err != nil {
			return nil, nil
		}
		d.u32() // user type
		flags := d.u16()
		w := readType(d)
		if w.id == wireText || w.id == wireNText || w.id == wireImage {
			d.skipLongText() // the table's name
		}
		name := d.shortText()
		types = append(types, w)
		columns = append(columns, Column{
			Name: name, Type: w.Type, Nullable: flags&columnNullable != 0, Identity: flags&columnIdentity != 0,
		})
	}
	return columns, types
}

// readBulkRow gives the next row, or false at the DONE token.
func readBulkRow(d *decoder, types []wireType) ([]any, bool) {
	switch token := d.u8(); token {
	case tokenRow:
	case tokenDone:
		return nil, false
	default:
		d.fail("token %#02x where a row was due", token)
		return nil, false
	}
	row := make([]any, len(types))
	for i, w := range types {
		row[i] = w.readValue(d, true)
	}
	return row, true
}
