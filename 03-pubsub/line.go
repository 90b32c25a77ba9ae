package pubsub

import (
	"fmt"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// Languages of Line.
const (
	English  = "en"
	Japanese = "ja"
)

// Line is what the walk-through's subscriber prints for a message. Japanese is the line of the post that
// this workbook begins with. A channel or a message that would move the cursor, or forge a second line, is shown
// escaped.
func Line(language, channel, message string) string {
	channel = harmless.Text(channel)
	if language == Japanese {
		return fmt.Sprintf("%sに「%s」というメッセージが送信されたようです。", channel, harmless.Text(message))
	}
	return fmt.Sprintf("%s: a message %s seems to have been sent.", channel, harmless.Quote(message))
}
