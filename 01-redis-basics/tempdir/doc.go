// Package tempdir makes temporary folders and leaves none behind for long: not even
// after kill -9, when no code of ours runs any more.
//
// A folder holds a file named owner that its maker keeps locked. The operating
// system ends the lock with the process, and only then. So Make first finds the
// folders that nobody owns any more, and removes them. The number of a process in a
// file would not do: the system gives it to another process later.
//
// A server that works in a folder can own it too (ShareWith): when the server
// outlives its program, so does the folder.
package tempdir
