package xmltree

import (
	"strings"
)

// parser is one run over a text.
type parser struct {
	t     *Tree
	s     string
	i     int
	line  int
	seen  int     // up to where lines were counted
	stack []int32 // open elements
	last  []int32 // the newest child of each of them
	parts int     // texts that were joined
}

// maxPieces bounds how often text goes on behind a child, a comment or a section:
// exports have none of that, and joining costs the square of it.
const maxPieces = 10_000

// Parse reads a document that has exactly one root element. Errors are *Error.
func Parse(text string) (*Tree, error) {
	t := &Tree{}
	if err := t.Parse(text); err != nil {
		return nil, err
	}
	return t, nil
}

// Parse reads a document into t, whose memory is used again.
func (t *Tree) Parse(text string) error {
	t.nodes, t.attrs = append(t.nodes[:0], Node{}), t.attrs[:0]
	p := &parser{t: t, s: text, line: 1, stack: []int32{0}, last: []int32{0}}
	return p.run()
}

func (p *parser) run() error {
	for p.i < len(p.s) {
		lt := strings.IndexByte(p.s[p.i:], '<')
		if lt < 0 {
			lt = len(p.s) - p.i
		}
		if err := p.text(p.s[p.i:p.i+lt], true); err != nil {
			return err
		}
		p.i += lt
		if p.i == len(p.s) {
			break
		}
		if err := p.markup(); err != nil {
			return err
		}
	}
	switch {
	case len(p.stack) > 1:
		return p.fail("the text ends inside the element %q, which began on line %d", p.top().Name, p.top().Line)
	case p.t.nodes[0].first == 0:
		return p.fail("there is no element")
	}
	return nil
}

// top is the open element.
func (p *parser) top() *Node { return &p.t.nodes[p.stack[len(p.stack)-1]] }

// markup reads what begins with "<".
func (p *parser) markup() error {
	rest := p.s[p.i:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		return p.skip("<!--", "-->")
	case strings.HasPrefix(rest, "<![CDATA["):
		return p.cdata()
	case strings.HasPrefix(rest, "<?"):
		return p.skip("<?", "?>")
	case strings.HasPrefix(rest, "<!"):
		return p.fail("a document type is not accepted")
	case strings.HasPrefix(rest, "</"):
		return p.end()
	default:
		return p.start()
	}
}

// skip passes over a comment or an instruction.
func (p *parser) skip(open, closing string) error {
	n := strings.Index(p.s[p.i+len(open):], closing)
	if n < 0 {
		return p.fail("%q has no end", open)
	}
	p.i += len(open) + n + len(closing)
	return nil
}

// cdata takes a section as it stands.
func (p *parser) cdata() error {
	const open, closing = "<![CDATA[", "]]>"
	n := strings.Index(p.s[p.i+len(open):], closing)
	if n < 0 {
		return p.fail("%q has no end", open)
	}
	text := p.s[p.i+len(open) : p.i+len(open)+n]
	p.i += len(open) + n + len(closing)
	return p.text(text, false)
}

// text adds character data to the open element.
func (p *parser) text(s string, entities bool) error {
	if s == "" {
		return nil
	}
	if len(p.stack) == 1 {
		if strings.TrimSpace(s) != "" {
			return p.fail("there is text outside the root element")
		}
		return nil
	}
	n := p.top()
	// White space between elements is no text. Most of an export is that.
	if blank(s) && (n.first != 0 || n.Text == "") {
		if n.first == 0 {
			n.Text = s
		}
		return nil
	}
	if entities {
		var err error
		if s, err = p.unescape(s); err != nil {
			return err
		}
	}
	if blank(n.Text) {
		n.Text = ""
	}
	if n.Text != "" {
		if p.parts++; p.parts > maxPieces {
			return p.fail("the text of %q is in too many pieces", n.Name)
		}
	}
	n.Text += s
	return nil
}

// blank tells whether s is white space alone.
func blank(s string) bool {
	for i := range len(s) {
		if !space(s[i]) {
			return false
		}
	}
	return true
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// start reads a start tag.
func (p *parser) start() error {
	begin := p.i
	line := p.lineAt(begin)
	if len(p.stack) > maxDepth {
		return p.fail("more than %d levels", maxDepth)
	}
	if len(p.stack) == 1 && p.t.nodes[0].first != 0 {
		return p.fail("there is more than one root element")
	}
	p.i++
	name := p.name()
	if name == "" {
		return p.fail("\"<\" does not begin an element")
	}
	from := int32(len(p.t.attrs))
	closed, err := p.attributes(name, from)
	if err != nil {
		return err
	}
	id := int32(len(p.t.nodes))
	p.t.nodes = append(p.t.nodes, Node{Name: local(name), Line: line, attrs: [2]int32{from, int32(len(p.t.attrs))}})
	depth := len(p.stack) - 1
	if before := p.last[depth]; before != 0 {
		p.t.nodes[before].next = id
	} else {
		p.t.nodes[p.stack[depth]].first = id
	}
	p.last[depth] = id
	if !closed {
		p.stack, p.last = append(p.stack, id), append(p.last, 0)
	}
	return nil
}

// attributes reads up to the end of a start tag. closed is set for "/>".
func (p *parser) attributes(element string, from int32) (closed bool, err error) {
	for {
		p.spaces()
		if p.i >= len(p.s) {
			return false, p.fail("the text ends inside the tag of %q", element)
		}
		switch p.s[p.i] {
		case '>':
			p.i++
			return false, nil
		case '/':
			if p.i+1 < len(p.s) && p.s[p.i+1] == '>' {
				p.i += 2
				return true, nil
			}
			return false, p.fail("the tag of %q is broken", element)
		}
		if err := p.attribute(element, from); err != nil {
			return false, err
		}
	}
}

// attribute reads one attribute.
func (p *parser) attribute(element string, from int32) error {
	name := p.name()
	p.spaces()
	if name == "" || p.i >= len(p.s) || p.s[p.i] != '=' {
		return p.fail("an attribute of %q is broken", element)
	}
	p.i++
	p.spaces()
	if p.i >= len(p.s) || p.s[p.i] != '"' && p.s[p.i] != '\'' {
		return p.fail("the attribute %q of %q is not quoted", name, element)
	}
	end := strings.IndexByte(p.s[p.i+1:], p.s[p.i])
	if end < 0 {
		return p.fail("the attribute %q of %q has no end", name, element)
	}
	raw := p.s[p.i+1 : p.i+1+end]
	if strings.IndexByte(raw, '<') >= 0 {
		return p.fail("the attribute %q of %q has no end", name, element)
	}
	value, err := p.unescape(raw)
	if err != nil {
		return err
	}
	p.i += end + 2
	if name == "xmlns" || strings.HasPrefix(name, "xmlns:") {
		return nil
	}
	a := Attr{local(name), value}
	for _, b := range p.t.attrs[from:] {
		if b.Name == a.Name {
			return p.fail("the attribute %q of %q is there twice", name, element)
		}
	}
	p.t.attrs = append(p.t.attrs, a)
	return nil
}

// end reads an end tag.
func (p *parser) end() error {
	p.i += 2
	name := p.name()
	p.spaces()
	switch {
	case p.i >= len(p.s) || p.s[p.i] != '>' || name == "":
		return p.fail("an end tag is broken")
	case len(p.stack) == 1:
		return p.fail("the end of %q has no beginning", name)
	case p.top().Name != local(name):
		return p.fail("%q ends where %q of line %d is open", name, p.top().Name, p.top().Line)
	}
	p.i++
	p.stack, p.last = p.stack[:len(p.stack)-1], p.last[:len(p.last)-1]
	return nil
}

// name reads a name, prefix included.
func (p *parser) name() string {
	begin := p.i
	for p.i < len(p.s) {
		c := p.s[p.i]
		if space(c) || c == '>' || c == '/' || c == '=' || c == '<' || c == '"' || c == '\'' || c < ' ' {
			break
		}
		p.i++
	}
	return p.s[begin:p.i]
}

func (p *parser) spaces() {
	for p.i < len(p.s) && space(p.s[p.i]) {
		p.i++
	}
}

// local cuts the prefix off a name.
func local(name string) string {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// lineAt counts lines up to a position, each of them once.
func (p *parser) lineAt(at int) int {
	p.line += strings.Count(p.s[p.seen:at], "\n")
	p.seen = at
	return p.line
}
