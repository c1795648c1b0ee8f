package entra

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// shortPause is how long a pause may be before something is said about it.
const shortPause = 2 * time.Second

// waitingText says why nothing happens, and until when: status is the answer's,
// try counts from 1 and is the one that failed.
func waitingText(status int, pause time.Duration, try int) string {
	why := fmt.Sprintf("Microsoft Entra ID has a fault (status %d).", status)
	if status == http.StatusTooManyRequests {
		why = "Microsoft Entra ID is busy and asks to wait."
	}
	return fmt.Sprintf("%s The request is sent again in %d s (try %d of %d).", why, int(pause.Round(time.Second).Seconds()), try+1, tries)
}

// tell names who is told that a request waits; "" says that it goes on. nil tells nobody.
func (w *wire) tell(note func(string)) {
	if note == nil {
		note = func(string) {}
	}
	w.note.Store(&note)
}

func (w *wire) say(text string) {
	if note := w.note.Load(); note != nil {
		(*note)(text)
	}
}

// prompts passes on what the admin has to do to sign in, and with it that the
// service makes the program wait: a device code stays to be seen meanwhile.
type prompts struct {
	mu   sync.Mutex
	show func(setup.Prompt)
	last setup.Prompt
}

func (p *prompts) ask(asked setup.Prompt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = asked
	p.show(asked)
}

func (p *prompts) note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last.Note = text
	p.show(p.last)
}
