// Package node is a whole node on lanes, as cmd/lanenode runs it: chapter 05's with this lab's relay.
package node
