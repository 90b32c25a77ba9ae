package doctor_test

import (
	"context"
	"fmt"
	"io"

	"example.com/redis-chat/workbook/doctor"
)

// What is here and what is missing differs from machine to machine, so it is not
// printed. The error names only what nobody can do without.
func ExampleExamine() {
	err := doctor.Examine(context.Background(), io.Discard, doctor.Options{GoVersion: "go1.25.4"})
	fmt.Println(err)
	// Output: go is go1.25.4, and the workbook needs 1.26 or newer
}
