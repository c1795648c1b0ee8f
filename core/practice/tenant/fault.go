package tenant

import (
	"bytes"
	"maps"
	"net/http"
)

// Fault is how a request goes wrong.
type Fault int

// The faults.
const (
	NoFault Fault = iota
	Refused       // answered with 403, not carried out; after the request: its answer is lost in a 403
	Dropped       // the connection breaks without an answer
	Silent        // no answer, until the client gives up
)

// kept is an answer that is not sent yet.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }
func (k *kept) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *kept) Write(b []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(b)
}

// faulty answers a request with what Options.Fault wants to go wrong.
func (s *Server) faulty(w http.ResponseWriter, r *http.Request) {
	n := int(s.asked.Add(1))
	if s.fails(w, r, s.o.Fault(n, r, false)) {
		return
	}
	answer := &kept{header: http.Header{}}
	s.serve(answer, r)
	if s.fails(w, r, s.o.Fault(n, r, true)) {
		return
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(max(answer.status, http.StatusOK))
	_, _ = w.Write(answer.body.Bytes()) // the client may be gone
}

// fails lets a request go wrong, and tells whether it did.
func (s *Server) fails(w http.ResponseWriter, r *http.Request, f Fault) bool {
	switch f {
	case Refused:
		if r.Host == s.o.Cloud.Graph {
			refuse(w, http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
		} else {
			s.oauthError(w, http.StatusBadRequest, "invalid_grant", "AADSTS53003: Access has been blocked by Conditional Access policies.")
		}
		return true
	case Dropped:
		panic(http.ErrAbortHandler) // this is how a handler breaks the connection
	case Silent:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	default:
		return false
	}
}
