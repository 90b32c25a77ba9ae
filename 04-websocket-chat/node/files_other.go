//go:build !unix

package node

// mostFiles is how many files this process may have open; 0: not known.
func mostFiles() int { return 0 }
