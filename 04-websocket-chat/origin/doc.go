// Package origin compares the origins of pages: what a browser tells, what an
// operator has written, and the host that a request is for.
package origin
