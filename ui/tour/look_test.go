package tour

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/assets"
	"github.com/adsync-reconnect/adsync-reconnect/ui"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// TestLook makes pictures of the pages for a person to look at, in a size, at a scale
// and with words of a length of their choice. It runs when RECONNECT_LOOK says so:
//
//	RECONNECT_LOOK=880x620@2 RECONNECT_PICTURES=DIR go test -tags ci ./ui/tour -run TestLook
//
// RECONNECT_PICTURES_OF=BEGINNING chooses pages, RECONNECT_LONG=1 makes all words
// longer by four fifths (and needs LC_ALL=fi_FI.UTF-8, the language it stands for),
// RECONNECT_OPENED=1 opens every row, RECONNECT_DARK=1 makes dark pictures too.
func TestLook(t *testing.T) {
	look := os.Getenv("RECONNECT_LOOK")
	if look == "" {
		t.Skip("RECONNECT_LOOK is not set")
	}
	o := Options{Dir: os.Getenv("RECONNECT_PICTURES"), OnlyLight: os.Getenv("RECONNECT_DARK") == ""}
	if _, err := fmt.Sscanf(look, "%fx%f@%f", &o.Size.Width, &o.Size.Height, &o.Scale); err != nil {
		t.Fatalf("RECONNECT_LOOK=%s: want WIDTHxHEIGHT@SCALE: %v", look, err)
	}
	app := test.NewTempApp(t)
	if os.Getenv("RECONNECT_LONG") != "" {
		if err := lang.AddTranslationsForLocale(longWords(t), fyne.Locale("fi")); err != nil {
			t.Fatal(err)
		}
	}
	tour := New(app, o)
	var open func(*ui.Shell)
	if os.Getenv("RECONNECT_OPENED") != "" {
		open = openRows
	}
	for name, s := range few(states()) {
		if err := tour.Shoot(name, s, open); err != nil {
			t.Fatal(err)
		}
	}
}

// openRows opens every row of the page.
func openRows(s *ui.Shell) {
	for _, o := range test.LaidOutObjects(s.Object()) {
		if e, ok := o.(*kit.Expander); ok {
			e.Open(true)
		}
	}
}

var word = regexp.MustCompile(`%(\[\d\])?[a-z]|\p{L}{4,}`)

// longWords gives the English texts with words that are longer by four fifths, as
// those of other languages are at worst.
func longWords(t *testing.T) []byte {
	t.Helper()
	b, err := assets.Translations.ReadFile("translations/en.json")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(b, &texts); err != nil {
		t.Fatal(err)
	}
	for key, text := range texts {
		texts[key] = word.ReplaceAllStringFunc(text, func(w string) string {
			if w[0] == '%' {
				return w
			}
			r := []rune(w)
			return w + string(r[len(r)-len(r)*4/5:])
		})
	}
	b, err = json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
