using System.Globalization;
using Replication.Bench.Processes;

namespace Replication.Bench.Ours;

/// <summary>Followers that receive, check and discard, in one process of their own: two cores measure the primary and not them.</summary>
internal sealed class Followers(ServerProcess process, int count) : IAsyncDisposable
{
    /// <summary>Starts so many and returns when the node serves them all.</summary>
    public static async Task<Followers> StartAsync(Workspace workspace, Node node, int count, long? from, CancellationToken cancellation)
    {
        var tool = Path.Combine(workspace.Root, "src", "Cli", "bin", "Release", "net10.0", "replctl.dll");
        string[] begin = from is { } index ? ["--from", index.ToString(CultureInfo.InvariantCulture)] : [];
        var process = ServerProcess.Start(
            "dotnet", [tool, "follow", "--discard", "--sessions", count.ToString(CultureInfo.InvariantCulture), "--server", node.Address.GetLeftPart(UriPartial.Authority), .. begin]);
        var followers = new Followers(process, count);
        try
        {
            await process.WaitUntilAsync(async token => (await TailsAsync(node, token)).Count == count, cancellation);
            return followers;
        }
        catch
        {
            await followers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when all of them have received the log up to an index.</summary>
    public Task WaitAsync(Node node, ulong index, CancellationToken cancellation) => process.WaitUntilAsync(
        async token => await TailsAsync(node, token) is var tails && tails.Count == count && tails.TrueForAll(received => received >= index), cancellation);

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static async Task<List<ulong>> TailsAsync(Node node, CancellationToken cancellation) =>
        [.. (await node.Client.StatusAsync(cancellation)).Followers.Where(follower => follower.Address.Length == 0).Select(follower => follower.ReceivedIndex)];
}
