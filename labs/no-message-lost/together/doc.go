// Package together starts all of the lab by one command: a master with two replicas, and two nodes on the stream, which are processes of their
// own and can be killed.
//
// run.go starts and ends them; words.go is what can be typed meanwhile.
//
// # The goroutines
//
// Run has one that reads what is typed, and ends with the input; each node has one of package child, which ends with the node.
package together
