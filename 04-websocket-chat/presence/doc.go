// Package presence cuts what nodes tell each other of their clients, who is in which
// room, into parts. It knows no hub and no connection. Read it in this order:
//
//   - part.go: Part, a piece of a node's list, and what it says about whom.
//   - walk.go: Walk goes through the list of a node from one part to the next, while
//     clients come and go.
//   - split.go: changes that are too many for one message.
//
// # Why in parts
//
// 240 clients in 100 rooms with long names are a list of 4 MB, and a server may refuse
// to take so much at once; Redis even ends the connection that it came by, with all
// that was on its way there. And whoever takes it has nothing else done meanwhile.
//
// The list is ordered, by room and in it by name, and a part covers what lies between
// two places of that order. So each part is useful by itself: it is all that there is
// between its two places, nobody is missing from it, and about the rest it says
// nothing. A part that gets lost makes nobody vanish, and there is nothing to put
// together: the same piece comes again with the next list.
//
// A Walk belongs to one goroutine, but for Add, as its comment says. The rest is
// values and functions.
package presence
