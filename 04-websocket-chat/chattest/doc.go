// Package chattest is shared by the tests of this chapter's packages: nodes as their
// clients see them, and people who are such clients. It knows the wire, and no hub: so the
// hub's own tests can use it, too.
//
//   - node.go: Node, where clients connect to, and how long a test waits.
//   - person.go: Person, a client at the level of frames.
//   - crowd.go: Crowd, three people who must not notice what somebody else does.
//   - pipes.go: nodes in memory, for tests with a clock of their own (testing/synctest).
//   - scripted.go: a node that does what a test tells it, for the tests of clients.
//   - frames.go: text frames, common ones and odd ones.
//
// What runs until the test ends is ended by its Cleanup.
package chattest
