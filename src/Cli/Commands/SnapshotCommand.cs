using System.Globalization;
using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl snapshot</c></summary>
internal sealed class SnapshotCommand : ReplctlCommand
{
    internal SnapshotCommand(CommandHost host)
        : base(
            host, "snapshot", "Let the node write a snapshot now, and wait until it is on its disk.",
            """{"position":"3/1100","records":1000,"bytes":250000}""",
            "replctl snapshot --timeout 10m")
    {
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        await using var client = context.OpenClient();
        var snapshot = await client.TakeSnapshotAsync(cancellation);
        var position = new LogPosition(snapshot.Position?.Epoch ?? 0, snapshot.Position?.Index ?? 0);
        if (!context.Json)
        {
            context.Answer.Line(string.Create(CultureInfo.InvariantCulture, $"Snapshot at {position}: {snapshot.Records} records, {Units.Bytes(snapshot.Bytes)}."));
            return ExitCode.Success;
        }
        context.Answer.Json(json =>
        {
            json.WriteString("position", position.ToString());
            json.WriteNumber("records", snapshot.Records);
            json.WriteNumber("bytes", snapshot.Bytes);
        });
        return ExitCode.Success;
    }
}
