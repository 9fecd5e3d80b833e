namespace Replication.Core.Tests.Database;

/// <summary>A short life of a data directory, and what must be found in it wherever that life ends.</summary>
internal abstract class DirectoryScript
{
    /// <summary>What a power loss may do in tests where each way of it would take too long: one of each kind.</summary>
    public static readonly PowerLoss[] FewLosses =
    [
        PowerLoss.None,
        new(UnsyncedWrites.Dropped, UnsyncedNames.Dropped),
        new(UnsyncedWrites.EvenSectors, UnsyncedNames.OddOnes),
        new(UnsyncedWrites.OddSectors, UnsyncedNames.EvenOnes),
        new(UnsyncedWrites.Kept, UnsyncedNames.LastOne),
    ];

    /// <summary>The disk it begins with.</summary>
    public virtual MemoryDisk Begin() => new();

    /// <summary>Why a snapshot could not be written, which a node reports and goes on.</summary>
    public IOException? SnapshotFailure { get; private set; }

    /// <summary>Lives it. An error of the disk ends it, except where a node goes on.</summary>
    public abstract void Run(MemoryFileSystem files, Timeline timeline);

    /// <summary>
    /// Opens what is left twice, compares it with the model, goes on with the work, loses the power, and compares again.
    /// </summary>
    /// <returns>Whether there was a directory.</returns>
    public bool Check(MemoryFileSystem files, Milestone milestone, string at)
    {
        try
        {
            var exists = files.DirectoryExists(TestNode.Layout.Root);
            Assert.True(exists || milestone.Answered < 0, "The directory is gone.");
            GoOn(files, milestone);
            return exists;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{at}: {failure.Message}", failure);
        }
    }

    /// <summary>Checks what is left and goes on.</summary>
    protected abstract void GoOn(MemoryFileSystem files, Milestone milestone);

    /// <summary>Takes a snapshot as the node's snapshot keeper does: an error is reported, and commits go on.</summary>
    protected void TakeSnapshot(TestNode node)
    {
        try
        {
            node.TakeSnapshot();
        }
        catch (IOException failure)
        {
            SnapshotFailure = failure;
        }
    }

    /// <summary>The disk as a power loss leaves it that keeps nothing that was not synced.</summary>
    protected static MemoryFileSystem AfterHardPowerLoss(MemoryFileSystem files) => files.AfterPowerLoss(new PowerLoss(UnsyncedWrites.Dropped, UnsyncedNames.Dropped));

    /// <summary>A value in JSON.</summary>
    protected static string Text(char letter, int length) => $"\"{new string(letter, length)}\"";
}
