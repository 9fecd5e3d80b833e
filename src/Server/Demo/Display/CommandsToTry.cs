using System.Globalization;
using Replication.Client;
using Replication.Server.Demo.Documents;
using Replication.Server.Demo.Nodes;
using Replication.Server.Demo.Processes;

namespace Replication.Server.Demo.Display;

/// <summary>What to type next, with the ports in use.</summary>
internal static class CommandsToTry
{
    private const string CliProject = "src/Cli";

    /// <summary>The lines.</summary>
    /// <param name="cluster">Running.</param>
    /// <param name="source">What was imported.</param>
    /// <param name="folder">Where the commands are going to be typed: in a checkout, they run from its sources.</param>
    public static IEnumerable<string> For(DemoCluster cluster, IDocumentSource source, string folder)
    {
        var replctl = File.Exists(Path.Combine(folder, CliProject, "Cli.csproj")) ? $"dotnet run -c Release --project {CliProject} --" : "replctl";
        var primary = cluster.Primary.Ports.GrpcAddress;
        var replica = cluster.Replicas[0];
        var onPrimary = primary == ReplicationClientOptions.DefaultAddress ? string.Empty : $" --server {AddressOf(cluster.Primary)}";
        var all = string.Join(',', cluster.Nodes.Select(AddressOf));
        yield return "Try next, in another terminal:";
        yield return $"  {replctl} get {source.Collection} {source.ExampleKey}{onPrimary}";
        yield return $"  {replctl} scan {source.Collection} --prefix {source.ExamplePrefix} --limit 5 --server {AddressOf(replica)}";
        yield return $"  {replctl} scan {ProcessChanges.Collection} --limit 5 --server {AddressOf(replica)}";
        yield return $"  {replctl} status --server {all}";
        yield return $"  {replctl} digest --server {all}";
        yield return $"  curl {replica.Ports.HttpAddress.OriginalString}/v1/status";
        yield return string.Create(CultureInfo.InvariantCulture, $"  kill -9 {replica.ProcessId}    # {replica.Name}: the demo starts it again, and it catches up");
        yield return "Ctrl-C stops everything.";
    }

    private static string AddressOf(DemoNode node) => node.Ports.GrpcAddress.OriginalString;
}
