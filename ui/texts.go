package ui

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"github.com/adsync-reconnect/adsync-reconnect/assets"
)

// english reads the English texts and makes all translations known to Fyne.
var english = sync.OnceValue(func() map[string]string {
	texts := map[string]string{}
	b, err := assets.Translations.ReadFile("translations/en.json")
	if err == nil {
		err = json.Unmarshal(b, &texts)
	}
	if err == nil {
		err = lang.AddTranslationsFS(assets.Translations, "translations")
	}
	if err != nil { // the files are embedded: a test reads them too
		fyne.LogError("Reading the texts of the window", err)
	}
	return texts
})

// tr gives the text with a key in the admin's language, else in English. args
// fill its verbs (%s, %d, or %[1]s where another language needs another order).
func tr(key string, args ...any) string {
	text := lang.X(key, english()[key])
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// count gives the text with key+".one" for 1, else with key+".many", which gets n first.
func count(key string, n int, args ...any) string {
	if n == 1 {
		return tr(key+".one", args...)
	}
	return tr(key+".many", append([]any{n}, args...)...)
}

// unwrap joins the lines of each paragraph of a text file.
func unwrap(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
	}
	return strings.Join(paragraphs, "\n\n")
}
