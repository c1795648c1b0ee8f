package compare

// How is the line of PowerShell that exports a server's configuration, to be run
// there (https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-staging-server).
const How = `Import-Module ADSync; Get-ADSyncServerConfiguration -Path "$env:USERPROFILE\Desktop\ADSyncExport"`
