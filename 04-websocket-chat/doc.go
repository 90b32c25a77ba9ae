// Package chat is chapter 04 of the workbook.
package chat
