namespace Replication.Cli;

/// <summary>What the process answers to the shell. The README and every help page rely on these numbers.</summary>
internal static class ExitCode
{
    /// <summary>Done, or the answer is yes.</summary>
    internal const int Success = 0;

    /// <summary>The answer is no: not found, digests differ, a condition does not hold, a log is damaged, the node refused.</summary>
    internal const int Negative = 1;

    /// <summary>The command line is wrong.</summary>
    internal const int Usage = 2;

    /// <summary>No node answers, or it stopped answering before it was known what became of a commit.</summary>
    internal const int NoNode = 3;

    /// <summary>The environment is set up wrong.</summary>
    internal const int Configuration = 78;

    /// <summary>Interrupted from the keyboard: 128 and the number of the signal.</summary>
    internal const int Interrupted = 130;
}
