// Command doctor shows what of the workbook's tools is on this machine, what is
// missing, what each is for, and how to get it.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"example.com/redis-chat/workbook/doctor"
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// command gives the exit code: 0 the workbook can be used, 1 it cannot, 2 a mistake
// in the call.
func command(args []string, out, errOut io.Writer) int {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		fmt.Fprintln(out, "usage: doctor   It shows what of the workbook's tools is here, and what is missing. There are no flags.")
		return 0
	}
	if len(args) > 0 {
		fmt.Fprintf(errOut, "doctor: unexpected argument %q: it is called without any\n", args[0])
		return 2
	}
	var text bytes.Buffer
	err := doctor.Examine(context.Background(), &text, doctor.Options{})
	if _, writeErr := text.WriteTo(out); writeErr != nil {
		err = writeErr
	}
	if err != nil {
		fmt.Fprintln(errOut, "doctor:", err)
		return 1
	}
	return 0
}
