using Replication.Protos.V1;

namespace Replication.Cli.Commands;

/// <summary><c>replctl status</c></summary>
internal sealed class StatusCommand : ReplctlCommand
{
    internal StatusCommand(CommandHost host)
        : base(
            host, "status", "Show what each node is and has, and its followers; exit with 1 when one does not answer or is not ready.",
            """{"nodes":[{"server":"http://127.0.0.1:7400","reachable":true,"name":"a","role":"primary","state":"Primary","ready":true,"position":"3/1042",…}]}    JSON.md has all fields""",
            "replctl status",
            "replctl status --server http://127.0.0.1:7400,http://127.0.0.1:7410",
            "replctl status --json | jq -r '.nodes[0].state'")
    {
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        await using var clients = new ClientSet(context.Servers().Select(context.OpenClient));
        var answers = await NodeAnswers.AskAsync(clients.Clients, client => client.StatusAsync(cancellation));
        if (context.Json) StatusJson.Write(context.Answer, answers);
        else StatusTables.Write(context.Answer, answers);
        foreach (var silent in answers.Where(static answer => answer.Failure is not null)) Host.Complain(silent.Failure!.Message);
        if (!context.Json) ExplainUnready(answers);
        if (answers.All(static answer => answer.IsUnreachable)) return ExitCode.NoNode;
        return answers.All(static answer => answer.Value is { Ready: true }) ? ExitCode.Success : ExitCode.Negative;
    }

    private void ExplainUnready(IEnumerable<NodeAnswer<NodeStatus>> answers)
    {
        foreach (var answer in answers.Where(static answer => answer.Value is { Ready: false }))
            Host.Complain($"{ServerAddress.Show(answer.Server)} is not ready: {answer.Value!.NotReadyReason.TrimEnd('.')}.");
    }
}
