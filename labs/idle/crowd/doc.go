// Package crowd is many clients that say nothing: they answer pings and count what they hear. One goroutine serves all of them,
// and each costs some bytes, so that the machine's memory is the nodes'. It works on Linux alone.
package crowd
