package cmdline

import "os"

// IsTerminal reports whether somebody sits behind a stream: it is neither a script's pipe
// nor a log. Only an *os.File can be a terminal.
func IsTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	nowhere, err := os.Stat(os.DevNull) // it is a character device, too
	return err != nil || !os.SameFile(info, nowhere)
}
