using Replication.Client;
using Replication.ProcessKit;

namespace Replication.Laboratory.Soak;

/// <summary>One node at one moment.</summary>
/// <param name="ResidentBytes">Memory in use; null while it does not run.</param>
/// <param name="Handles">Open files and connections; null while it does not run.</param>
/// <param name="DiskBytes">Of its data directory.</param>
/// <param name="LagEntries">Entries that the primary has and it does not show; null while either does not answer.</param>
internal sealed record NodeSample(long? ResidentBytes, int? Handles, long DiskBytes, long? LagEntries)
{
    /// <summary>Looks at a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="primaryIndex">What the primary shows; null when it does not answer.</param>
    /// <param name="shown">What the node shows; null when it does not answer.</param>
    public static NodeSample Of(SoakNode node, long? primaryIndex, long? shown)
    {
        var facts = node.ProcessId is not 0 and var id ? ProcessFacts.Of(id) : null;
        if (facts?.State == 'Z') facts = null;
        var lag = primaryIndex - shown is { } behind ? Math.Max(0, behind) : (long?)null;
        return new NodeSample(facts?.ResidentBytes, facts?.Handles, DiskBytesOf(node.Process.Data), lag);
    }

    /// <summary>What a node shows; null when it does not answer in time.</summary>
    public static async Task<long?> ShownAsync(ReplicationClient client, CancellationToken late)
    {
        try
        {
            return (long)(await client.StatusAsync(late)).AppliedIndex;
        }
        catch (Exception away) when (away is ReplicationException or OperationCanceledException)
        {
            return null;
        }
    }

    private static long DiskBytesOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Exists ? file.Length : 0);
        }
        catch (IOException)
        {
            // Files come and go meanwhile.
            return 0;
        }
    }
}
