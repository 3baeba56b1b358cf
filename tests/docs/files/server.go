package main

import (
	"fmt"
	"net/http"
	"time"
)

type Session struct {
	User string
	Seen time.Time
}

var sessions = map[string]*Session{}

// touch notes that a user was here.
func touch(id, user string) {
	sessions[id] = &Session{User: user, Seen: time.Now()}
}

// dropStale forgets the sessions that were not used for an hour.
func dropStale(now time.Time) int {
	dropped := 0
	for id, session := range sessions {
		if now.Sub(session.Seen) > time.Hour {
			delete(sessions, id)
			dropped++
		}
	}
	return dropped
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		touch(r.RemoteAddr, r.URL.Query().Get("user"))
		fmt.Fprintln(w, "sessions:", len(sessions), "dropped:", dropStale(time.Now()))
	})
	_ = http.ListenAndServe(":8080", nil)
}
