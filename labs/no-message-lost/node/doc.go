// Package node is a node whose messages are kept: chapter 05's, with its flags, on the relay of
// this lab.
package node
