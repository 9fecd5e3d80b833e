using Replication.Cli.Scrubbing;
using Replication.Core.IO;

namespace Replication.Cli.Commands;

/// <summary><c>replctl scrub</c></summary>
internal sealed class ScrubCommand : ReplctlCommand
{
    private readonly WaitOption _wait = new("How long a node may take to reach the position at which they are compared, at most 60s (default 5s).");

    internal ScrubCommand(CommandHost host)
        : base(
            host, "scrub", "Read every record of the nodes at one position, while writes go on, and name those that differ from what the log says. Exit with 1 when any does.",
            """{"position":"3/1042","same":false,"reference":"http://…","nodes":[{"server":"http://…","verdict":"differs"}],"differenceCount":1,"differences":[{"server":"http://…","collection":"docs","key":"k1","kind":"changed"}]}""",
            "replctl scrub --server http://127.0.0.1:7400,http://127.0.0.1:7410",
            "replctl scrub --json --wait 30s --server http://127.0.0.1:7400,http://127.0.0.1:7410") => Add(_wait);

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var wait = _wait.Of(context.Line);
        await using var clients = new ClientSet(context.Servers().Select(context.OpenClient));
        var result = await new Scrub(clients.Clients, new SystemEntropy().NextNonZero(), wait).RunAsync(cancellation);
        if (context.Json) ScrubReport.WriteJson(context.Answer, result);
        else ScrubReport.WriteTables(context.Answer, result);
        foreach (var complaint in ScrubReport.Complaints(result)) Host.Complain(complaint);
        return result.IsSame ? ExitCode.Success : ExitCode.Negative;
    }
}
