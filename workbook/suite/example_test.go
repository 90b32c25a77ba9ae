package suite_test

import (
	"fmt"

	"example.com/redis-chat/workbook/suite"
)

// Main returns a Tally: the counts of all runs, which are the closing line.
func ExampleTally() {
	fmt.Println(suite.Tally{Passed: 120, Failed: 0, Skipped: 7})
	// Output: 120 passed, 0 failed, 7 skipped
}
