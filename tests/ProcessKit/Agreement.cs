using Replication.Client;
using Replication.Kit.Checks;
using Replication.Testing;

namespace Replication.ProcessKit;

/// <summary>Whether nodes hold the same.</summary>
public static class Agreement
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    /// <summary>Returns when every node has come to the position that the primary shows now and has the same digest there.</summary>
    /// <exception cref="ViolationException">A digest differs.</exception>
    /// <exception cref="NotReachedException">A node did not come there within <see cref="NodeProcess.Patience"/>.</exception>
    public static async Task<DigestResult> CheckAsync(NodeProcess primary, IEnumerable<NodeProcess> others)
    {
        await using var client = primary.NewClient();
        var expected = await client.DigestAsync();
        foreach (var node in others)
        {
            await using var other = node.NewClient();
            await Eventually.HoldsAsync($"{node.Data} reaches {expected.Position}", () => HasReachedAsync(other, expected.Position), NodeProcess.Patience, () => $"\n{node.Output}");
            var same = await other.DigestAsync(expected.Position, Wait);
            if (same != expected) throw new ViolationException("equal digests at equal positions", $"{node.Data} has {same}, the primary {expected}");
        }
        return expected;
    }

    private static async Task<bool> HasReachedAsync(ReplicationClient node, LogPosition position)
    {
        try
        {
            return (await node.StatusAsync()).AppliedIndex >= position.Index;
        }
        catch (ReplicationException)
        {
            // Away or loading.
            return false;
        }
    }
}
