using BenchmarkDotNet.Running;

// In this process: a project that BenchmarkDotNet generates would be built by this repository's rules, and fail at them.
string[] defaults =
[
    "--inProcess",
    .. args.Contains("--job") || args.Contains("-j") ? Array.Empty<string>() : ["--job", "short"],
    .. args.Contains("--filter") || args.Contains("-f") || args.Contains("--list") ? Array.Empty<string>() : ["--filter", "*"],
];
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, .. defaults]).ToArray();
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
