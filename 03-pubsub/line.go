package pubsub

import "fmt"

// Languages of Line.
const (
	English  = "en"
	Japanese = "ja"
)

// Line is what the walk-through's subscriber prints for a message. Japanese is the line of the post that
// this workbook begins with.
func Line(language, channel, message string) string {
	if language == Japanese {
		return fmt.Sprintf("%sに「%s」というメッセージが送信されたようです。", channel, message)
	}
	return fmt.Sprintf("%s: a message %q seems to have been sent.", channel, message)
}
