package tds

import (
	"encoding/binary"
	"strconv"
)

// Token bytes, [MS-TDS] 2.2.7.
const (
	tokenReturnStatus byte = 0x79
	tokenColumns      byte = 0x81
	tokenError        byte = 0xAA
	tokenInfo         byte = 0xAB
	tokenReturnValue  byte = 0xAC
	tokenLoginAck     byte = 0xAD
	tokenFeatures     byte = 0xAE
	tokenRow          byte = 0xD1
	tokenNullableRow  byte = 0xD2
	tokenEnvironment  byte = 0xE3
	tokenDone         byte = 0xFD
	tokenDoneProc     byte = 0xFE
	tokenDoneInProc   byte = 0xFF
)

// Status bits of the DONE tokens, [MS-TDS] 2.2.7.6.
const (
	doneMore        uint16 = 0x01
	doneError       uint16 = 0x02
	doneTransaction uint16 = 0x04
	doneCount       uint16 = 0x10
	doneAttention   uint16 = 0x20
	doneServerError uint16 = 0x100
)

// commandSelect is DONE's CurCmd for a statement that gave rows.
const commandSelect = 0xC1

// ENVCHANGE types, [MS-TDS] 2.2.7.9.
const (
	envDatabase   byte = 1
	envLanguage   byte = 2
	envPacketSize byte = 4
	envCollation  byte = 7
	envBegin      byte = 8
	envCommit     byte = 9
	envRollback   byte = 10
	envReset      byte = 18
)

const (
	maxMessage = 2047 // characters of an ERROR or INFO text, as in RAISERROR
	maxName    = 128
)

func appendDone(b []byte, token byte, status, command uint16, rows int64) []byte {
	b = append(b, token)
	b = binary.LittleEndian.AppendUint16(b, status)
	b = binary.LittleEndian.AppendUint16(b, command)
	return binary.LittleEndian.AppendUint64(b, uint64(rows))
}

// appendShortText adds a B_VARCHAR, cut to the 128 UTF-16 units of a sysname: all
// such texts are names.
func appendShortText(b []byte, text string) []byte {
	text = cutUTF16(text, maxName)
	return appendUTF16(append(b, byte(utf16Len(text))), text)
}

// appendMessage adds an ERROR or INFO token.
func appendMessage(b []byte, token byte, e ServerError, server string) []byte {
	var body []byte
	body = binary.LittleEndian.AppendUint32(body, uint32(e.Number))
	body = append(body, e.State, e.Class)
	text := cutUTF16(e.Message, maxMessage)
	body = binary.LittleEndian.AppendUint16(body, uint16(utf16Len(text)))
	body = appendUTF16(body, text)
	body = appendShortText(body, server)
	body = appendShortText(body, e.Procedure)
	body = binary.LittleEndian.AppendUint32(body, uint32(e.Line))
	b = append(b, token)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// appendEnvironment adds an ENVCHANGE token whose two values are bytes with a
// length in front.
func appendEnvironment(b []byte, kind byte, now, before []byte) []byte {
	b = append(b, tokenEnvironment)
	b = binary.LittleEndian.AppendUint16(b, uint16(3+len(now)+len(before)))
	b = append(b, kind, byte(len(now)))
	b = append(b, now...)
	b = append(b, byte(len(before)))
	return append(b, before...)
}

// appendEnvironmentText adds an ENVCHANGE token whose two values are texts.
func appendEnvironmentText(b []byte, kind byte, now, before string) []byte {
	body := appendShortText([]byte{kind}, now)
	body = appendShortText(body, before)
	b = append(b, tokenEnvironment)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// appendLoginAnswer adds everything a server says to an accepted login, except
// the DONE token.
func (c *conn) appendLoginAnswer(b []byte, l *login, size int) []byte {
	database := c.session.Database()
	c.database = database
	b = appendEnvironmentText(b, envDatabase, database, "master")
	b = appendMessage(b, tokenInfo, ServerError{
		Number: 5701, State: 2, Message: "Changed database context to '" + database + "'.", Line: 1,
	}, c.server.config.ServerName)
	b = appendEnvironment(b, envCollation, defaultCollation[:], nil)
	b = appendEnvironmentText(b, envLanguage, "us_english", "")
	b = appendMessage(b, tokenInfo, ServerError{
		Number: 5703, State: 1, Message: "Changed language setting to us_english.", Line: 1,
	}, c.server.config.ServerName)
	b = appendLoginAck(b, c.version, c.server.config.Version)
	b = appendEnvironmentText(b, envPacketSize, strconv.Itoa(size), strconv.Itoa(defaultPacketSize))
	if l.extended {
		b = appendFeatures(b, l.features)
	}
	return b
}

func appendLoginAck(b []byte, version uint32, v Version) []byte {
	body := binary.BigEndian.AppendUint32([]byte{1}, version) // 1: T-SQL
	body = appendShortText(body, "Microsoft SQL Server")
	body = append(body, v.Major, v.Minor, byte(v.Build>>8), byte(v.Build))
	b = append(b, tokenLoginAck)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// appendFeatures answers the feature extensions. UTF-8 collations are understood;
// a feature that is not mentioned is one that the server lacks ([MS-TDS] 2.2.7.11).
func appendFeatures(b, asked []byte) []byte {
	b = append(b, tokenFeatures)
	for _, id := range asked {
		if id == featureUTF8 {
			b = append(b, featureUTF8, 1, 0, 0, 0, 1)
			break
		}
	}
	return append(b, featureEnd)
}
