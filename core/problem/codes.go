package problem

// Codes of the problems that From makes. Packages add their own beside their
// translation (for example core/sqlserver for SQL Server's error numbers).
const (
	CodeCancelled   Code = "cancelled"        // somebody pressed Cancel
	CodeTimeout     Code = "timeout"          // a deadline of ours passed
	CodeNameUnknown Code = "net.name.unknown" // DNS knows no such name
	CodeNameServer  Code = "net.name.server"  // DNS itself did not answer
	CodeRefused     Code = "net.refused"      // nothing listens on the port
	CodeNetTimeout  Code = "net.timeout"      // no answer at all
	CodeUnreachable Code = "net.unreachable"  // no route to the address
	CodeReset       Code = "net.reset"        // the other side broke the connection
	CodeClosed      Code = "net.closed"       // the other side closed the connection in the middle
	CodeNetDenied   Code = "net.denied"       // this computer forbids the connection
	CodeExpired     Code = "tls.expired"      // certificate expired or not valid yet
	CodeWrongName   Code = "tls.name"         // certificate made out to another name
	CodeAuthority   Code = "tls.authority"    // issuer not trusted by this computer
	CodeCertificate Code = "tls.certificate"  // any other fault of a certificate
	CodeNoTLS       Code = "tls.absent"       // what answers does not speak TLS
	CodeTLS         Code = "tls.handshake"    // the two sides agree on no protection
	CodeFileMissing Code = "file.missing"     //
	CodeFileDenied  Code = "file.denied"      //
	CodeFileExists  Code = "file.exists"      //
	CodeDiskFull    Code = "file.disk-full"   //
	CodeReadOnly    Code = "file.read-only"   // the disk takes no writing
	CodeUnknown     Code = "unknown"          // nothing of the above: the text goes to Detail
)
