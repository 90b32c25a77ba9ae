package exercise

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSentencesOfAFailedTest(t *testing.T) {
	for name, c := range map[string]struct {
		output string
		want   []string
	}{
		"of a file with a hyphen in its name": {
			"    fan-in_test.go:75: Stream: not written yet\n--- FAIL: TestStream (0.00s)\n",
			[]string{"Stream: not written yet"},
		},
		"a panic, where the learner's code did it": {
			"--- FAIL: TestPayloads (0.00s)\npanic: assignment to entry in nil map [recovered, repanicked]\n\ngoroutine 20 [running]:\npanic({0x8e9220?, 0xe10d50?})\n" +
				"\t/usr/local/go/src/runtime/panic.go:860 +0x13a\nmissed.(*Counter).Take(0x10)\n\t/home/a/03-pubsub/exercises/count-missed/count-missed.go:43 +0x1f6\n" +
				"missed_test.TestPayloads(0x10)\n\t/home/a/03-pubsub/exercises/count-missed/count-missed_test.go:47 +0x8c7\n",
			[]string{"it panics: assignment to entry in nil map (count-missed.go, line 43)"},
		},
		"what nobody can recover from": {
			"fatal error: concurrent map writes\n\ngoroutine 9 [running]:\nlastten.(*Room).Join(0x10)\n\t/home/a/04-chat/exercises/last-ten/last-ten.go:12 +0x1f6\n",
			[]string{"it panics: concurrent map writes (last-ten.go, line 12)"},
		},
		"a word about panic is none": {
			"    total_test.go:5: panic: is what it says\n",
			[]string{"panic: is what it says"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, TestOutcome{Output: c.output}.Sentences())
		})
	}
}
