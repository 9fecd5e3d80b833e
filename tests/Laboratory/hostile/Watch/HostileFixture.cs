using System.Globalization;
using Replication.Client;
using Replication.ProcessKit;
using Replication.Testing;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests.Watch;

/// <summary>A primary under attack: its figures before, and what has to be true behind it.</summary>
public abstract class HostileFixture(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Nobody who is well-behaved waits for longer, on two cores that also run the attackers.</summary>
    protected static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private const int MiB = 1024 * 1024;
    private const string Records = "records";

    // The collector's own choice depends on the processor's caches; with this, what memory is measured is comparable. Hexadecimal.
    private const string GarbageBeforeCollection = "4000000";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hostile-");
    private readonly List<NodeProcess> _nodes = [];
    private ProcessFacts _before = null!;

    /// <summary>For what was seen.</summary>
    protected ITestOutputHelper Output => output;

    /// <summary>The node under attack.</summary>
    protected NodeProcess Primary { get; private set; } = null!;

    /// <summary>Its settings, where a test needs smaller limits.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public virtual async Task InitializeAsync()
    {
        Primary = await StartAsync("primary", Folder("p"));
        await using var client = Primary.NewClient();
        await client.PutAsync(Records, "first", "1");
        await client.StatusAsync();
        TakeFacts();
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A folder of this test's own.</summary>
    protected string Folder(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Starts a node with this test's settings; it is ended with the test.</summary>
    protected async Task<NodeProcess> StartAsync(string role, string data, Uri? upstream = null, bool untilReady = true)
    {
        var variables = new Dictionary<string, string>(Settings, StringComparer.Ordinal) { ["DOTNET_GCgen0size"] = GarbageBeforeCollection };
        var node = new NodeProcess(role, data, upstream) { Variables = variables };
        _nodes.Add(node);
        node.Start();
        if (untilReady) await node.WaitReadyAsync();
        return node;
    }

    /// <summary>What growth is counted from.</summary>
    protected void TakeFacts() => _before = ProcessFacts.Of(Primary.Id);

    /// <summary>Fills a collection with records of zeros.</summary>
    protected async Task FillAsync(string collection, int records, int bytesEach)
    {
        await using var client = Primary.NewClient(NodeProcess.Patience);
        await client.CreateCollectionAsync(collection, CollectionKind.Bytes);
        await Task.WhenAll(Enumerable.Range(0, records).Select(i => client.PutAsync(collection, i.ToString("D8", CultureInfo.InvariantCulture), new byte[bytesEach])));
        TakeFacts();
    }

    /// <summary>What everybody else met, and that memory stayed within a bound.</summary>
    private protected async Task AssertUnharmedAsync(Bystander bystander, long mostGrowthMiB)
    {
        Output.WriteLine(await bystander.AssertServedAsync(LongestWait));
        var (now, before) = (ProcessFacts.Of(Primary.Id), _before.ResidentBytes / MiB);
        Output.WriteLine($"memory: {before} MiB before, {bystander.PeakMiB} at most, {now.ResidentBytes / MiB} after; handles: {_before.Handles} before, {now.Handles} after; threads: {_before.Threads} before, {now.Threads} after; the node said {Primary.Output.Length} characters");
        Assert.False(Primary.HasEnded, Primary.Output);
        Assert.True(bystander.PeakMiB - before <= mostGrowthMiB, $"Memory grew from {before} to {bystander.PeakMiB} MiB, by more than {mostGrowthMiB}.");
    }

    /// <summary>Nothing that peers do may fill the log.</summary>
    protected void AssertQuiet()
    {
        const int mostCharacters = 20_000;
        Assert.True(Primary.Output.Length <= mostCharacters, Primary.Output[..Math.Min(mostCharacters, Primary.Output.Length)]);
    }

    /// <summary>Handles and threads go back to about what they were.</summary>
    protected Task AssertReleasedAsync(int moreHandles = 40, int moreThreads = 40) => Eventually.HoldsAsync(
        $"handles and threads are given back ({_before.Handles}, {_before.Threads} before)",
        () => ProcessFacts.Of(Primary.Id) is var now && now.Handles <= _before.Handles + moreHandles && now.Threads <= _before.Threads + moreThreads,
        lastSeen: () => ProcessFacts.Of(Primary.Id).ToString());
}
