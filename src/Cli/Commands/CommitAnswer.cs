using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary>How the commands that change one record answer.</summary>
internal static class CommitAnswer
{
    internal static int Write(CommandContext context, string collection, string key, CommitResult result)
    {
        if (context.Json)
        {
            context.Answer.Json(json =>
            {
                json.WriteString("collection", collection);
                json.WriteString("key", key);
                json.WriteBoolean("committed", result.IsCommitted);
                if (result.Position is { } position) json.WriteString("position", position.ToString());
                if (result.Rejection is { } rejection)
                {
                    json.WriteString("reason", rejection.Code.ToString());
                    json.WriteString("message", rejection.Message);
                }
            });
            return result.IsCommitted ? ExitCode.Success : ExitCode.Negative;
        }
        context.Answer.Line(result.EnsureCommitted().ToString());
        return ExitCode.Success;
    }
}
