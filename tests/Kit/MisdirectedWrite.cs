using Replication.Core.IO;

namespace Replication.Kit;

/// <summary>One write that lands elsewhere in its file: the next one with a label. Nobody is told.</summary>
/// <param name="label">Of the write.</param>
/// <param name="by">Bytes between where it belongs and where it lands; it never lands before the beginning of the file.</param>
public sealed class MisdirectedWrite(FileLabel label, long by)
{
    /// <summary>The write as it was meant; null while it has not come.</summary>
    public FileOperation? Meant { get; private set; }

    internal FileOperation Redirect(FileOperation operation)
    {
        if (Meant is not null || operation.Action != FileAction.Write || operation.Label != label) return operation;
        Meant = operation;
        return operation with { Offset = Math.Max(0, operation.Offset + by) };
    }
}
