package voters

import (
	"fmt"
	"net"
	"strings"
)

// Event is what a Sentinel publishes when something happens: a channel, which is its name, and words.
type Event struct {
	Name string // +sdown, +vote-for-leader, …
	Text string // whom it is about, as in "master mymaster 127.0.0.1 6379"
}

// Names are how people call servers and Sentinels.
type Names struct {
	Me   string                   // the Sentinel that tells
	Addr func(addr string) string // who listens at host:port
	ID   func(id string) string   // the Sentinel with that id
}

// Words says in a sentence what has happened, or "" for what would tell nobody anything: a failover has a dozen events more.
func (e Event) Words(n Names) string {
	about := n.Addr(e.about())
	switch e.Name {
	case "+sdown":
		return fmt.Sprintf("%s gets no answer from %s, and holds it to be down (sdown)", n.Me, about)
	case "-sdown":
		return fmt.Sprintf("%s gets answers from %s again", n.Me, about)
	case "+odown":
		return fmt.Sprintf("%s knows that enough of them hold %s to be down%s (odown)", n.Me, about, e.quorum())
	case "-odown":
		return fmt.Sprintf("%s knows that not enough of them hold %s to be down any more", n.Me, about)
	case "+try-failover":
		return fmt.Sprintf("%s wants another master than %s", n.Me, about)
	case "+vote-for-leader":
		return n.Me + " votes for " + e.vote(n)
	case "+elected-leader":
		return n.Me + " leads the failover"
	case "+selected-slave":
		return fmt.Sprintf("%s chooses %s to be the master", n.Me, about)
	case "+promoted-slave":
		return fmt.Sprintf("%s has made %s the master", n.Me, about)
	case "+slave-reconf-done":
		return fmt.Sprintf("%s sees that %s follows the new master", n.Me, about)
	case "+switch-master":
		before, now := e.moved()
		return fmt.Sprintf("%s says: the master is %s, no longer %s", n.Me, n.Addr(now), n.Addr(before))
	case "+convert-to-slave":
		return fmt.Sprintf("%s makes %s a replica", n.Me, about)
	case "-failover-abort-not-elected":
		return n.Me + " has not got most of the votes: no failover by it"
	case "-failover-abort-no-good-slave":
		return n.Me + " finds no replica that is fit to be the master"
	case "-failover-abort-slave-timeout":
		return n.Me + " gives up: the chosen replica does not become the master"
	case "+tilt":
		return n.Me + " does not trust its clock, and only looks on for a while (tilt)"
	}
	return ""
}

// Vote is for whom a Sentinel votes, and in which epoch; ok is false for all other events.
func (e Event) Vote() (id, epoch string, ok bool) {
	if e.Name != "+vote-for-leader" {
		return "", "", false
	}
	id, epoch, ok = strings.Cut(e.Text, " ")
	return id, epoch, ok
}

func (e Event) vote(n Names) string {
	id, epoch, _ := e.Vote()
	who := n.ID(id)
	if who == n.Me {
		who = "itself"
	}
	return who + ", epoch " + epoch
}

// about is the address in "master mymaster 127.0.0.1 6379" and "slave NAME 127.0.0.1 6380 @ mymaster 127.0.0.1 6379".
func (e Event) about() string {
	if words := strings.Fields(e.Text); len(words) >= 4 {
		return net.JoinHostPort(words[2], words[3])
	}
	return e.Text
}

// moved are the addresses in "mymaster 127.0.0.1 6379 127.0.0.1 6380".
func (e Event) moved() (before, now string) {
	if words := strings.Fields(e.Text); len(words) >= 5 {
		return net.JoinHostPort(words[1], words[2]), net.JoinHostPort(words[3], words[4])
	}
	return "", e.Text
}

// quorum reads the "#quorum 2/2" at the end: so many hold it to be down, of so many that have to.
func (e Event) quorum() string {
	if _, after, found := strings.Cut(e.Text, "#quorum "); found {
		if agree, must, found := strings.Cut(after, "/"); found {
			return fmt.Sprintf(": %s do, and %s have to", agree, must)
		}
	}
	return ""
}
