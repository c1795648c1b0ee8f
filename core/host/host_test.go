package host

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestFacts_sayWhatIsKnown(t *testing.T) {
	c := Facts(t.Context(), time.Now())
	if name, ok := c.Name.Get(); !ok || name != strings.ToUpper(name) || strings.Contains(name, ".") {
		t.Errorf("name = %+v", c.Name)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if _, ok := c.Installed.Get(); ok || c.Installed.Reason() == "" {
		t.Errorf("off Windows the installed version must be unknown with a reason, got %+v", c.Installed)
	}
}
