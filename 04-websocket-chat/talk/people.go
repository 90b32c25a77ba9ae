package talk

import (
	"fmt"
	"slices"
	"strings"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// people are the names in each room that this connection was told of, with how many connections each has: somebody can
// have two, and while one of them is there, nobody has left. The zero value knows nobody. Of a room of more than 200 it
// does not know all.
type people map[string]map[string]int

// presence takes in what a node tells of a room, and says it; "": nothing that is new to a person. Who left is told
// first, as it was first: a node waits a second with it.
func (p *people) presence(room string, f frame.Presence) string {
	if *p == nil {
		*p = people{}
	}
	if f.Present != nil {
		(*p)[room] = counted(f.Present)
		return fmt.Sprintf("%d here: %s", f.Count, strings.Join(f.Present, ", "))
	}
	here := (*p)[room]
	if here == nil {
		here = map[string]int{}
		(*p)[room] = here
	}
	joined := slices.DeleteFunc(unique(f.Joined), func(name string) bool { return here[name] > 0 })
	for _, name := range f.Joined {
		here[name]++
	}
	for _, name := range f.Left {
		if here[name]--; here[name] <= 0 {
			delete(here, name)
		}
	}
	left := slices.DeleteFunc(unique(f.Left), func(name string) bool { return here[name] > 0 })
	var changes []string
	for _, change := range []struct {
		names []string
		what  string
	}{{left, " left"}, {joined, " joined"}} {
		if len(change.names) > 0 {
			changes = append(changes, strings.Join(change.names, ", ")+change.what)
		}
	}
	if changes == nil {
		return ""
	}
	return fmt.Sprintf("%s (%d here)", strings.Join(changes, "; "), f.Count)
}

func counted(names []string) map[string]int {
	counts := map[string]int{}
	for _, name := range names {
		counts[name]++
	}
	return counts
}

// unique is each of the names once; a node sorts them.
func unique(names []string) []string { return slices.Compact(slices.Clone(names)) }
