// Package pubsub is chapter 03 of the workbook.
package pubsub
