// Command doctor shows what of the workbook's tools is on this machine, what is
// missing, what each is for, and how to get it.
package main

import (
	"context"
	"fmt"
	"os"

	"example.com/redis-chat/workbook/doctor"
)

func main() {
	if err := doctor.Examine(context.Background(), os.Stdout, doctor.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, "doctor:", err)
		os.Exit(1)
	}
}
