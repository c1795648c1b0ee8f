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
}
