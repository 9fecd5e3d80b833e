namespace Replication.Core.Bootstrapping;

/// <summary>
/// A fetched snapshot was about to take the place of what was here, and a file operation failed in the middle. The
/// process has to end: the next start finishes it, or begins from what was here before.
/// </summary>
public sealed class InstallInterruptedException(IOException cause)
    : Exception($"A snapshot could not be put in place: {cause.Message} Start this node again; it goes on from there.", cause);
