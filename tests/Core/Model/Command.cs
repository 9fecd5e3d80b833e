using System.Collections.Immutable;

namespace Replication.Core.Tests.Model;

/// <summary>One step of a sequence: a value, so that a sequence can be made smaller and told.</summary>
internal abstract record Command
{
    /// <summary>The newest state, in place of the number of a kept view.</summary>
    public const int Newest = -1;

    private Command()
    {
    }

    /// <summary>A transaction is decided; unless it is to wait, its batch goes to the disk at once.</summary>
    /// <param name="Changes">Its operations.</param>
    /// <param name="Request">Its request id; empty for none.</param>
    /// <param name="Waits">Whether the batch stays open, for more of them or for another fate.</param>
    public sealed record Transact(ImmutableArray<Change> Changes, string Request, bool Waits) : Command
    {
        public override string ToString() => $"transact{(Request.Length > 0 ? $" {Request}" : string.Empty)}{(Waits ? ", waiting" : string.Empty)}: {string.Join("; ", Changes)}";
    }

    /// <summary>One transaction that puts, or deletes, many numbered records.</summary>
    public sealed record Bulk(string Collection, int From, int Count, bool Deletes, int Padding) : Command;

    /// <summary>The batch is taken to the disk, and is there until it lands.</summary>
    public sealed record Take : Command;

    /// <summary>The disk has the batch, or refused it; one that was not taken before is taken now.</summary>
    public sealed record Land(bool IsRefused) : Command;

    /// <summary>The digest is logged.</summary>
    public sealed record LogDigest : Command;

    /// <summary>A view is opened and kept; one that was kept under this number is compared with the model and closed.</summary>
    public sealed record OpenView(int View) : Command;

    /// <summary>A view of the same state is opened.</summary>
    public sealed record ShareView(int View, int As) : Command;

    /// <summary>A view is compared with the model and closed.</summary>
    public sealed record CloseView(int View) : Command;

    /// <summary>Some records are looked up.</summary>
    public sealed record Find(int View, string Collection, ImmutableArray<string> Keys, bool Prefetches) : Command
    {
        public override string ToString() => $"find in {View}: {Collection}/{string.Join(',', Keys)}{(Prefetches ? " prefetched" : string.Empty)}";
    }

    /// <summary>Records are read in order from a key on.</summary>
    public sealed record Scan(int View, string Collection, string From, int Count) : Command;

    /// <summary>Records whose keys begin alike are read in order.</summary>
    public sealed record ScanPrefix(int View, string Collection, string Prefix) : Command;

    /// <summary>An index is asked, some records at a time.</summary>
    public sealed record Query(int View, string Collection, string Index, Asking Asking, int AtOnce) : Command;

    /// <summary>A snapshot is written.</summary>
    public sealed record Snapshot(int View) : Command;

    /// <summary>The node stops, or the power goes, and it starts again.</summary>
    public sealed record Restart(bool IsClean) : Command;
}
