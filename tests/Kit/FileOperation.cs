using Replication.Core.IO;

namespace Replication.Kit;

/// <summary>What a file operation does.</summary>
public enum FileAction
{
    Create,
    Open,
    Read,
    Write,
    Sync,
    CreateDirectory,
    Rename,
    Delete,
    DeleteDirectory,
    SyncDirectory,
}

/// <summary>One operation on a <see cref="MemoryDisk"/>, with all that is needed to do it again.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Label">What it is for.</param>
/// <param name="Path">The file or directory.</param>
/// <param name="To">The new path, for a rename.</param>
/// <param name="File">The file's number on its disk, for a write or a sync; it keeps it when it is renamed.</param>
/// <param name="Offset">Of a write.</param>
/// <param name="Bytes">Of a write.</param>
public sealed record FileOperation(
    FileAction Action, FileLabel Label, string Path, string To = "", int File = 0, long Offset = 0, byte[]? Bytes = null)
{
    /// <summary>Whether it changes what a restart may find.</summary>
    public bool Changes => Action is not (FileAction.Open or FileAction.Read);

    public override string ToString() => Action switch
    {
        FileAction.Write => $"{Label}: {Action} {Path} [{Offset}, {Offset + Bytes!.Length})",
        FileAction.Rename => $"{Label}: {Action} {Path} to {To}",
        _ => $"{Label}: {Action} {Path}",
    };
}
