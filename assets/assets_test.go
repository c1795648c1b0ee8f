package assets

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"
)

func TestLicenceIsThatOfTheRepository(t *testing.T) {
	want, err := os.ReadFile("../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != Licence {
		t.Error("assets/licence.txt differs from LICENSE: copy it again")
	}
}

func TestIconIsAPictureOf512(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(Icon))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != 512 || s.Y != 512 {
		t.Errorf("icon is %v, want 512 x 512", s)
	}
	if !bytes.Contains(IconSVG, []byte("<svg")) {
		t.Error("icon.svg is no SVG")
	}
}

func TestPrivacySaysWhereThingsGo(t *testing.T) {
	for _, word := range []string{"SQL Server", "domain controllers", "tenant", "no usage statistics"} {
		if !strings.Contains(Privacy, word) {
			t.Errorf("the privacy notice does not mention %q", word)
		}
	}
}

func TestHelpOfAnUnknownPage(t *testing.T) {
	if _, err := Help("nowhere"); err == nil {
		t.Error("no error for a page without help")
	}
}
