// Package review is about the time after Install: the tasks that the recovered
// configuration calls for before the server goes live. It is pure.
package review

// Task is one thing to do after Install. ID is stable. Done is set when the
// program can see that it is done; otherwise the admin ticks it.
type Task struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Text  string   `json:"text"`            // why, in a sentence or two
	Steps []string `json:"steps,omitempty"` // how, one instruction each
	Who   string   `json:"who,omitempty"`   // the role that can do it
	Link  string   `json:"link,omitempty"`  // Microsoft's page
	First bool     `json:"first,omitempty"` // must be done before leaving staging mode
	Done  bool     `json:"done,omitempty"`
	// Seen is what the program itself sees of it, nil when it was not looked at.
	Seen *Seen `json:"seen,omitempty"`
}

// Sight tells what the program sees of a task.
type Sight string

// What the program can see of a task.
const (
	SeenDone  Sight = "done"
	SeenOpen  Sight = "open"
	SeenBlind Sight = "unknown" // it can't be seen from here; Evidence says why, or what is seen instead
)

// Seen is the program's own look at a task, with what it rests on.
type Seen struct {
	Sight    Sight  `json:"sight"`
	Evidence string `json:"evidence"`
}
