using System.Globalization;
using System.Runtime.CompilerServices;
using Replication.Server.Commands;
using Replication.Server.Demo.Display;
using Replication.Server.Demo.Documents;
using Replication.Server.Demo.Nodes;
using Replication.Server.Demo.Processes;

namespace Replication.Server.Demo;

/// <summary>One run of the demo, from the first process started to the last one stopped.</summary>
internal sealed class Demonstration(DemoOptions options, IDemoView view, TimeProvider time)
{
    /// <summary>Transactions of live changes behind the import before the digests are compared.</summary>
    private const int RoundsToWatch = 4;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs until it is told to stop, or, with <see cref="DemoOptions.Once"/>, until the nodes are compared.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var folder = DemoFolder.Open(options.Data);
        await using var cluster = new DemoCluster(folder.Path, options.Replicas);
        var code = ExitCode.Success;
        try
        {
            await StartAsync(cluster, folder, stop);
            await MoveAsync(cluster, stop);
            if (options.Once) code = await CompareAsync(cluster, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (options.Once)
            {
                view.Say("Told to stop before the nodes were compared.");
                code = ExitCode.Negative;
            }
        }
        catch (DemoException) when (folder.IsTemporary)
        {
            folder.Keep();
            throw;
        }
        return await StopAsync(cluster, folder) ? code : ExitCode.Negative;
    }

    private async Task StartAsync(DemoCluster cluster, DemoFolder folder, CancellationToken stop)
    {
        view.Say($"Data and logs are in {folder.Path}{(folder.IsTemporary ? ", removed at the end; --data DIR keeps them" : string.Empty)}.");
        var began = time.GetTimestamp();
        await cluster.StartAsync(stop);
        view.Say(string.Create(CultureInfo.InvariantCulture, $"Started {options.Replicas + 1} processes in {time.GetElapsedTime(began).TotalSeconds:0.0} s: {string.Join(", ", cluster.Nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Name} on {node.Ports.Grpc}")))}."));
    }

    private async Task MoveAsync(DemoCluster cluster, CancellationToken stop)
    {
        var source = DocumentSources.Find();
        view.Say($"Importing {source.Description}, while the process table keeps changing.");
        view.Say("Lag: committed entries that a replica does not show yet. Age: how old its data is at most, proven by a heartbeat a second.");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var writer = cluster.Primary.NewWriter();
        var import = new DocumentImport(writer, source, time);
        var changes = new ProcessChanges(cluster.Primary.Client, new ProcessFolder(), time);
        var scene = new Scene(cluster, import, changes, time.GetTimestamp());
        var changing = Task.Run(() => changes.RunAsync(ending.Token), CancellationToken.None);
        var importing = Task.Run(() => import.RunAsync(ending.Token), CancellationToken.None);
        try
        {
            await view.ShowAsync(PicturesAsync(scene, () => importing.IsCompleted, stop));
            await importing;
            Report(source, import);
            if (!options.Once)
                foreach (var line in CommandsToTry.For(cluster, source, Environment.CurrentDirectory)) view.Say(line);
            var enough = changes.Rounds + RoundsToWatch;
            await view.ShowAsync(PicturesAsync(scene, () => options.Once && changes.Rounds >= enough, stop));
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(importing, changing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await changing;
    }

    private void Report(IDocumentSource source, DocumentImport import)
    {
        var skipped = import.Skipped > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {import.Skipped:N0} left out, their ids are longer than keys may be") : string.Empty;
        view.Say(string.Create(CultureInfo.InvariantCulture, $"Imported {import.Imported:N0} documents into '{source.Collection}' in {import.Elapsed.TotalSeconds:0.0} s, {import.Rate:N0} a second, one transaction each{skipped}."));
    }

    private async IAsyncEnumerable<DemoPicture> PicturesAsync(Scene scene, Func<bool> isDone, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            var happened = scene.Cluster.Revive();
            var nodes = await scene.Cluster.ReadAsync(cancellation);
            yield return new DemoPicture(time.GetElapsedTime(scene.Began), nodes, scene.Import.Fraction, scene.Import.Imported, scene.Changes.Changes, happened);
        }
        while (!isDone() && await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task<int> CompareAsync(DemoCluster cluster, CancellationToken stop)
    {
        var comparison = await DigestComparison.RunAsync(cluster, stop);
        view.Show(comparison.Table);
        view.Say(comparison.Sentence);
        return comparison.AreEqual ? ExitCode.Success : ExitCode.Negative;
    }

    private async Task<bool> StopAsync(DemoCluster cluster, DemoFolder folder)
    {
        var failures = await cluster.StopAsync();
        foreach (var failure in failures) view.Say(failure);
        if (failures.Count > 0) folder.Keep();
        else view.Say($"Stopped all {options.Replicas + 1} processes{(folder.IsTemporary ? " and removed their data" : $"; their data is in {folder.Path}")}.");
        return failures.Count == 0;
    }

    private readonly record struct Scene(DemoCluster Cluster, DocumentImport Import, ProcessChanges Changes, long Began);
}
