// Package assets holds what is shipped inside the program: the icon, the texts
// of the window, the help, the licence and the privacy notice.
package assets

import (
	"embed"
	"fmt"
)

// Translations are the texts of the window: translations/en.json is complete,
// another language is another file beside it.
//
//go:embed translations/*.json
var Translations embed.FS

// Icon is the program's icon, a PNG of 512 px.
//
//go:embed icon.png
var Icon []byte

// IconSVG is the same as a drawing.
//
//go:embed icon.svg
var IconSVG []byte

// Licence is the text of the licence, the same as the file LICENSE.
//
//go:embed licence.txt
var Licence string

// Privacy is the privacy notice, as Markdown.
//
//go:embed privacy.md
var Privacy string

//go:embed help/*.md
var help embed.FS

// Help gives the help of a page as Markdown, by the page's name ("welcome").
func Help(page string) (string, error) {
	b, err := help.ReadFile("help/" + page + ".md")
	if err != nil {
		return "", fmt.Errorf("no help for page %q: %w", page, err)
	}
	return string(b), nil
}
