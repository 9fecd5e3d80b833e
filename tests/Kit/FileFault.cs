using Replication.Core.IO;

namespace Replication.Kit;

/// <summary>
/// Fails one operation: the n-th of those that match, counted from 1. A write that fails may leave half of its bytes.
/// </summary>
public sealed class FileFault(int number)
{
    private int _seen;

    /// <summary>Only operations with this label count; null for all.</summary>
    public FileLabel? Label { get; init; }

    /// <summary>Only operations of this kind count; null for all.</summary>
    public FileAction? Action { get; init; }

    /// <summary>Whether half of a failed write is on the disk nevertheless.</summary>
    public bool LeavesHalf { get; init; }

    /// <summary>Whether everything after the failed operation fails too, as when a disk is gone.</summary>
    public bool Lasts { get; init; }

    /// <summary>Told when it has come to the operation; null for nobody.</summary>
    public Action? Told { get; init; }

    /// <summary>Whether it has come to the operation.</summary>
    public bool Fired { get; private set; }

    internal bool Takes(FileOperation operation)
    {
        if (Fired) return Lasts;
        if (Label is { } label && operation.Label != label) return false;
        if (Action is { } action && operation.Action != action) return false;
        Fired = ++_seen == number;
        if (Fired) Told?.Invoke();
        return Fired;
    }

    internal FileOperation? Leaves(FileOperation operation) =>
        LeavesHalf && operation is { Action: FileAction.Write, Bytes: { } bytes } ? operation with { Bytes = bytes[..(bytes.Length / 2)] } : null;

    internal IOException Error(FileOperation operation) => new($"Injected: operation {number} failed: {operation}.");
}
